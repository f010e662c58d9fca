/* What the builder calls the features of an x86-64 CPU, in the order of its Java declaration AMD64LibCHelper.CPUFeatures.
   support.c says which of them the CPU at hand has. */
#pragma once

typedef struct {
    char fCX8, fCMOV, fFXSR, fHT, fMMX, fAMD_3DNOW_PREFETCH, fSSE, fSSE2, fSSE3, fSSSE3, fSSE4A, fSSE4_1, fSSE4_2,
        fPOPCNT, fLZCNT, fTSC, fTSCINV, fTSCINV_BIT, fAVX, fAVX2, fAES, fERMS, fCLMUL, fBMI1, fBMI2, fRTM, fADX,
        fAVX512F, fAVX512DQ, fAVX512PF, fAVX512ER, fAVX512CD, fAVX512BW, fAVX512VL, fSHA, fFMA, fVZEROUPPER,
        fAVX512_VPOPCNTDQ, fAVX512_VPCLMULQDQ, fAVX512_VAES, fAVX512_VNNI, fFLUSH, fFLUSHOPT, fCLWB, fAVX512_VBMI2,
        fAVX512_VBMI, fHV, fSERIALIZE, fRDTSCP, fRDPID, fFSRM, fGFNI, fAVX512_BITALG, fPKU, fOSPKE, fCET_IBT,
        fCET_SS, fF16C, fAVX512_IFMA, fAVX_IFMA, fAPX_F, fSHA512, fAVX512_FP16, fAVX10_1, fAVX10_2;
} CPUFeatures;
