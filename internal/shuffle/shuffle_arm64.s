//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// func One(p *Step, dst, src unsafe.Pointer)
// It does the wide steps, each of which loads sixteen bytes, permutes them,
// bounds them and stores them, and then the others, whose two words it loads and
// stores by themselves.
TEXT ·One(SB), NOSPLIT, $0-24
	MOVD  p+0(FP), R3
	MOVD  dst+8(FP), R1
	MOVD  src+16(FP), R2
	MOVW  Step_Load(R3), R4
	MOVW  Step_Store(R3), R5
	CMP   $0, R4
	CNEG  LT, R4, R4
	ADD   $Step__size, R3
	CBZ   R4, two

wide:
	MOVWU Step_Load(R3), R6
	MOVWU Step_Store(R3), R7
	ADD   R2, R6
	ADD   R1, R7
	ADD   $Step_From, R3, R8
	VLD1  (R8), [V1.B16, V2.B16]
	VLD1  (R6), [V0.B16]
	VTBL  V1.B16, [V0.B16], V0.B16
	VUMIN V2.B16, V0.B16, V0.B16
	VST1  [V0.B16], (R7)
	ADD   $Step__size, R3
	SUBS  $1, R4
	BNE   wide
	CBNZ  R5, two
	RET

two:
	MOVWU (Step_Load+0)(R3), R6
	MOVWU (Step_Load+4)(R3), R7
	MOVWU (Step_Store+0)(R3), R9
	MOVWU (Step_Store+4)(R3), R10
	ADD   R2, R6
	ADD   R2, R7
	ADD   R1, R9
	ADD   R1, R10
	ADD   $Step_From, R3, R8
	VLD1  (R8), [V1.B16, V2.B16]
	VLD1  (R6), V0.D[0]
	VLD1  (R7), V0.D[1]
	VTBL  V1.B16, [V0.B16], V0.B16
	VUMIN V2.B16, V0.B16, V0.B16
	VST1  V0.D[0], (R9)
	VST1  V0.D[1], (R10)
	ADD   $Step__size, R3
	SUBS  $1, R5
	BNE   two
	RET

// func Rows(step *Step, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int)
// It does the same wide step for n records in their order, two in a turn.
TEXT ·Rows(SB), NOSPLIT, $0-48
	MOVD  step+0(FP), R0
	MOVD  dst+8(FP), R1
	MOVD  dstStride+16(FP), R3
	MOVD  src+24(FP), R2
	MOVD  srcStride+32(FP), R4
	MOVD  n+40(FP), R5
	MOVWU Step_Load(R0), R6
	MOVWU Step_Store(R0), R7
	ADD   R6, R2
	ADD   R7, R1
	ADD   $Step_From, R0, R8
	VLD1  (R8), [V4.B16, V5.B16]
	SUBS  $2, R5
	BLT   few

two:
	VLD1.P (R2)(R4), [V0.B16]
	VLD1.P (R2)(R4), [V1.B16]
	VTBL   V4.B16, [V0.B16], V0.B16
	VTBL   V4.B16, [V1.B16], V1.B16
	VUMIN  V5.B16, V0.B16, V0.B16
	VUMIN  V5.B16, V1.B16, V1.B16
	VST1.P [V0.B16], (R1)(R3)
	VST1.P [V1.B16], (R1)(R3)
	SUBS   $2, R5
	BGE    two

few:
	TBZ   $0, R5, done
	VLD1  (R2), [V0.B16]
	VTBL  V4.B16, [V0.B16], V0.B16
	VUMIN V5.B16, V0.B16, V0.B16
	VST1  [V0.B16], (R1)

done:
	RET

// func Swap(dst, src unsafe.Pointer, n int, mask *[16]byte, past bool)
// It permutes 64 bytes in a turn, sixteen by sixteen.
TEXT ·Swap(SB), NOSPLIT, $0-33
	MOVD dst+0(FP), R0
	MOVD src+8(FP), R1
	MOVD n+16(FP), R2
	MOVD mask+24(FP), R3
	VLD1 (R3), [V8.B16]

turn:
	VLD1.P 64(R1), [V0.B16, V1.B16, V2.B16, V3.B16]
	VTBL   V8.B16, [V0.B16], V0.B16
	VTBL   V8.B16, [V1.B16], V1.B16
	VTBL   V8.B16, [V2.B16], V2.B16
	VTBL   V8.B16, [V3.B16], V3.B16
	VST1.P [V0.B16, V1.B16, V2.B16, V3.B16], 64(R0)
	SUBS   $64, R2
	BNE    turn
	RET
