/* The builder asks for the layout of this struct on x86-64 too, where nothing uses it. */
#pragma once

typedef struct {
    char fI, fM, fA, fF, fD, fC, fV;
} CPUFeatures;
