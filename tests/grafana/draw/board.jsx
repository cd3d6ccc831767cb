// Draws one dashboard with Grafana's own components from `window.drawing`: the board's JSON, the frames that its queries
// gave, the period and the theme. draw.py makes the page around it.
import {
  applyFieldOverrides, cacheFieldDisplayNames, createTheme, dateTime, displayNameOverrideProcessor, FieldConfigOptionsRegistry, getDisplayValueAlignmentFactors,
  getFieldDisplayValues, identityOverrideProcessor, standardTransformers, standardTransformersRegistry, toDataFrame,
  transformDataFrame,
} from '@grafana/data';
import { BarGauge, BigValue, GlobalStyles, PanelChrome, PortalContainer, ThemeContext, TimeSeries, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import React, { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

const { board, answers, marks, theme: mode, from, to, texts } = window.drawing;
const theme = createTheme({ colors: { mode } });
const CELL = 30, GAP = 8, WIDTH = window.drawing.width, COLUMN = (WIDTH - GAP) / 24;

standardTransformersRegistry.setInit(() =>
  ['merge', 'organize', 'sortBy', 'joinByField'].map((id) => {
    return { id, name: id, transformation: Object.values(standardTransformers).find((t) => t.id === id) };
  }));

// <html data-waits-for> names the panels that are not drawn, <html data-drawn> says that all are, and that no plot was
// drawn anew in the last three frames.
const SETTLED = 3, page = document.documentElement.dataset, waiting = new Map(board.panels.map((p) => [p.id, p.title]));
let quiet = 0;
function drawn({ id }) {
  waiting.delete(id);
  quiet = 0;
}
function settle() {
  page.waitsFor = [...waiting.values()].join(', ');
  quiet = waiting.size ? 0 : quiet + 1;
  if (quiet > SETTLED) page.drawn = '';
  else requestAnimationFrame(settle);
}

// Which properties an override may set; in Grafana each panel plugin says so.
const STANDARD = ['unit', 'decimals', 'min', 'max', 'displayName', 'noValue', 'color', 'thresholds', 'mappings', 'links'];
const CUSTOM = [
  'align', 'axisLabel', 'axisPlacement', 'barAlignment', 'cellOptions', 'drawStyle', 'fillBelowTo', 'fillOpacity', 'filterable',
  'gradientMode', 'hideFrom', 'inspect', 'lineInterpolation', 'lineStyle', 'lineWidth', 'pointSize', 'scaleDistribution',
  'showPoints', 'spanNulls', 'stacking', 'thresholdsStyle', 'width',
];
const property = (id, path, isCustom) =>
  ({ id, path, name: id, isCustom, settings: { expandTemplateVars: true },
     process: id === 'displayName' ? displayNameOverrideProcessor : identityOverrideProcessor, shouldApply: () => true, override: () => null });
const registry = new FieldConfigOptionsRegistry(() => [
  ...STANDARD.map((id) => property(id, id, false)),
  ...CUSTOM.map((id) => property(`custom.${id}`, id, true)),
]);

function replaceVariables(text, scoped) {
  const field = scoped?.__dataContext?.value.field;
  return text.replace(/\$\{__field\.labels\.(\w+)\}/g, (_, label) => field?.labels?.[label] ?? '')
    .replace(/\$\{?(\w+)(?::\w+)?\}?/g, (all, name) => texts[name] ?? all);
}

function framesOf(panel) {
  return answers[panel.id].map(({ refId, legend, fields }) => toDataFrame({
    refId,
    fields: fields.map(([name, type, values, labels]) => ({
      name, type, labels: Object.keys(labels).length ? labels : undefined,
      values: type === 'time' ? values.map((s) => s === null ? null : s * 1000) : values,
      config: legend && type === 'number' ? { displayNameFromDS: legend } : {},
    })),
  }));
}

function useFrames(panel) {
  const [frames, setFrames] = useState(null);
  useEffect(() => {
    const raw = framesOf(panel);
    const step = panel.transformations ?? [];
    const sub = transformDataFrame(step, raw).subscribe((data) => {
      const shown = applyFieldOverrides({
        data, fieldConfig: panel.fieldConfig, fieldConfigRegistry: registry, replaceVariables, theme, timeZone: 'utc',
      });
      cacheFieldDisplayNames(shown);
      setFrames(shown);
    });
    return () => sub.unsubscribe();
  }, []);
  return frames;
}

const isEmpty = (frames) => frames.every((frame) => frame.length === 0 || frame.fields.length === 0);

function Nothing({ panel }) {
  return <div style={{ display: 'flex', height: '100%', alignItems: 'center', justifyContent: 'center',
                       color: theme.colors.text.secondary }}>{panel.fieldConfig.defaults.noValue}</div>;
}

function values(panel, frames) {
  return getFieldDisplayValues({ fieldConfig: panel.fieldConfig, reduceOptions: panel.options.reduceOptions,
                                 replaceVariables, theme, data: frames, timeZone: 'utc' });
}

function Stat({ panel, frames, width, height }) {
  return <VizRepeater getValues={() => values(panel, frames)} getAlignmentFactors={getDisplayValueAlignmentFactors}
    width={width} height={height} source={frames} renderCounter={0} autoGrid orientation={panel.options.orientation}
    itemSpacing={3} renderValue={({ value, width, height, count, alignmentFactors }) =>
      <BigValue theme={theme} value={value.display} width={width} height={height} count={count}
        alignmentFactors={alignmentFactors} colorMode={panel.options.colorMode} graphMode="none"
        justifyMode={panel.options.justifyMode} textMode={panel.options.textMode} text={panel.options.text} />} />;
}

function Bars({ panel, frames, width, height }) {
  const o = panel.options;
  return <VizRepeater getValues={() => values(panel, frames)} getAlignmentFactors={getDisplayValueAlignmentFactors}
    width={width} height={height} source={frames} renderCounter={0} orientation={o.orientation} itemSpacing={8}
    minVizWidth={o.minVizWidth} minVizHeight={o.minVizHeight} maxVizHeight={o.maxVizHeight}
    renderValue={({ value, width, height, alignmentFactors, orientation }) =>
      <BarGauge theme={theme} value={value.display} field={value.field} display={value.view?.getFieldDisplayProcessor?.(value.colIndex)}
        width={width} height={height} orientation={orientation} alignmentFactors={alignmentFactors}
        displayMode={o.displayMode} showUnfilled={o.showUnfilled} valueDisplayMode={o.valueMode}
        namePlacement={o.namePlacement} isOverflow={false} />} />;
}

// Grafana marks annotations in its application, not in a component: here a dashed line each.
function markLines(builder, panel) {
  builder.addHook('draw', (u) => {
    if (u.bbox.width > 0 && u.bbox.height > 0) drawn(panel);
    u.ctx.save();
    u.ctx.setLineDash([4, 4]);
    for (const { time, color } of marks.filter((m) => m.time * 1000 >= u.scales.x.min && m.time * 1000 <= u.scales.x.max)) {
      const x = u.valToPos(time * 1000, 'x', true);
      u.ctx.strokeStyle = theme.visualization.getColorByName(color);
      u.ctx.beginPath();
      u.ctx.moveTo(x, u.bbox.top);
      u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
      u.ctx.stroke();
    }
    u.ctx.restore();
  });
}

function Lines({ panel, frames, width, height }) {
  const ahead = panel.timeFrom ? Number(/\d+/.exec(panel.timeFrom)[0]) * 86400 : 0;
  const [a, b] = ahead ? [to, to + ahead] : [from, to];
  const timeRange = { from: dateTime(a * 1000), to: dateTime(b * 1000), raw: { from: 'now-7d', to: 'now' } };
  const seen = new Set();
  return <TimeSeries frames={frames} width={width} height={height} timeRange={timeRange} timeZone="utc"
    legend={panel.options.legend} options={panel.options}>
    {(builder) => { if (!seen.has(builder)) { seen.add(builder); markLines(builder, panel); } return null; }}
  </TimeSeries>;
}

function Rows({ panel, frames, width, height }) {
  return <TableNG data={frames[0]} width={width} height={height} fieldConfig={panel.fieldConfig} enableVirtualization={false}
    cellHeight={panel.options.cellHeight} initialSortBy={panel.options.sortBy} />;
}

const KINDS = { stat: Stat, bargauge: Bars, timeseries: Lines, table: Rows };

function Panel({ panel }) {
  const { x, y, w, h } = panel.gridPos;
  const frames = useFrames(panel);
  const Kind = KINDS[panel.type];
  const bare = panel.type !== 'stat' && frames && isEmpty(frames);
  useEffect(() => {
    if (frames && (bare || panel.type !== 'timeseries')) drawn(panel);
  }, [frames]);
  return <div data-panel={panel.title} style={{ position: 'absolute', left: GAP + x * COLUMN, top: y * (CELL + GAP) }}>
    <PanelChrome title={panel.title} description={panel.description} width={w * COLUMN - GAP} height={h * (CELL + GAP) - GAP}
      padding={panel.type === 'table' ? 'none' : 'md'}>
      {(width, height) => !frames ? null : bare ? <Nothing panel={panel} />
        : <Kind panel={panel} frames={frames} width={width} height={height} />}
    </PanelChrome>
  </div>;
}

class Fence extends React.Component {
  state = {};
  static getDerivedStateFromError(error) { return { error }; }
  componentDidCatch() { drawn(this.props.panel); }
  render() {
    return this.state.error
      ? <div style={{ position: 'absolute', top: this.props.panel.gridPos.y * (CELL + GAP), color: 'red' }}>FAILED {this.props.panel.title}: {String(this.state.error)}</div>
      : this.props.children;
  }
}

function Board() {
  const height = Math.max(...board.panels.map((p) => p.gridPos.y + p.gridPos.h)) * (CELL + GAP);
  const background = theme.colors.background.canvas;
  return <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <div style={{ background, color: theme.colors.text.primary, minHeight: '100vh', paddingTop: 56 }}>
      <div style={{ position: 'absolute', top: 14, left: 16, fontSize: 18 }}>{board.title}
        <span style={{ fontSize: 13, color: theme.colors.text.secondary, marginLeft: 24 }}>
          {Object.entries(texts).map(([name, value]) => `${name}: ${value}`).join('    ')}</span></div>
      <div style={{ position: 'relative', width: WIDTH, height: height + GAP }}>
        {board.panels.map((p) => <Fence key={p.id} panel={p}><Panel panel={p} /></Fence>)}
      </div>
    </div>
    <PortalContainer />
  </ThemeContext.Provider>;
}

createRoot(document.getElementById('root')).render(<Board />);
requestAnimationFrame(settle);
