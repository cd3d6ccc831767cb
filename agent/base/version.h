/* The program's version, given by the build. */
#pragma once

#ifndef EBB_VERSION
#error "the build defines EBB_VERSION"
#endif
