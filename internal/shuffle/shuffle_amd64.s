//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// LOAD and STORE are the halves of wide step n from SI on: load sixteen bytes and
// permute them; store them, and count the step in CX.
#define LOAD(n) \
	MOVL    (n*Step__size+Step_Load)(SI), R8;  \
	MOVL    (n*Step__size+Step_Store)(SI), R9; \
	VMOVDQU (DX)(R8*1), X0;                    \
	VPSHUFB (n*Step__size+Step_From)(SI), X0, X0
#define STORE \
	VMOVDQU X0, (DI)(R9*1); \
	DECL    CX

// BOUND is for what may be a bool.
#define BOUND(n) \
	VPMINUB (n*Step__size+Step_Most)(SI), X0, X0

// func One(p *Step, dst, src unsafe.Pointer)
// It does the wide steps, several in a turn, because a branch that is not taken
// costs less than one that is, and then the others, whose two words it loads and
// stores by themselves.
TEXT ·One(SB), NOSPLIT, $0-24
	MOVQ  p+0(FP), SI
	MOVQ  dst+8(FP), DI
	MOVQ  src+16(FP), DX
	MOVL  (Step_Load+0)(SI), CX
	MOVL  (Step_Store+0)(SI), BX
	TESTL CX, CX
	JZ    split
	JLT   bools

wide:
	LOAD(1)
	STORE
	JZ   last
	LOAD(2)
	STORE
	JZ   last
	LOAD(3)
	STORE
	JZ   last
	LOAD(4)
	STORE
	JZ   last
	ADDQ $(4*Step__size), SI
	JMP  wide

last:
	TESTL BX, BX
	JNZ   after
	RET

after:
	MOVQ    p+0(FP), SI
	MOVLQSX (Step_Load+0)(SI), CX
	MOVQ    CX, AX
	NEGQ    AX
	CMOVQGT AX, CX
	IMULQ   $Step__size, CX
	ADDQ    CX, SI

split:
	MOVL    (Step__size+Step_Load+0)(SI), R8
	MOVL    (Step__size+Step_Load+4)(SI), R9
	MOVL    (Step__size+Step_Store+0)(SI), R10
	MOVL    (Step__size+Step_Store+4)(SI), R11
	VMOVQ   (DX)(R8*1), X0
	VMOVHPS (DX)(R9*1), X0, X0
	VPSHUFB (Step__size+Step_From)(SI), X0, X0
	BOUND(1)
	VMOVQ   X0, (DI)(R10*1)
	VMOVHPS X0, (DI)(R11*1)
	DECL    BX
	JNZ     next
	RET

next:
	ADDQ $Step__size, SI
	JMP  split

bools:
	NEGL CX

bounded:
	LOAD(1)
	BOUND(1)
	STORE
	JZ   last
	LOAD(2)
	BOUND(2)
	STORE
	JZ   last
	LOAD(3)
	BOUND(3)
	STORE
	JZ   last
	LOAD(4)
	BOUND(4)
	STORE
	JZ   last
	ADDQ $(4*Step__size), SI
	JMP  bounded

// func Rows(step *Step, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int)
// It does the same wide step for n records in their order, four in a turn.
TEXT ·Rows(SB), NOSPLIT, $0-48
	MOVQ    step+0(FP), SI
	MOVQ    dst+8(FP), DI
	MOVQ    dstStride+16(FP), BX
	MOVQ    src+24(FP), DX
	MOVQ    srcStride+32(FP), AX
	MOVQ    n+40(FP), CX
	MOVL    Step_Load(SI), R8
	MOVL    Step_Store(SI), R9
	ADDQ    R8, DX
	ADDQ    R9, DI
	VMOVDQU Step_From(SI), X4
	VMOVDQU Step_Most(SI), X5
	LEAQ    (DX)(AX*2), R8
	LEAQ    (DI)(BX*2), R9
	SUBQ    $4, CX
	JLT     few

four:
	VMOVDQU (DX), X0
	VMOVDQU (DX)(AX*1), X1
	VMOVDQU (R8), X2
	VMOVDQU (R8)(AX*1), X3
	VPSHUFB X4, X0, X0
	VPSHUFB X4, X1, X1
	VPSHUFB X4, X2, X2
	VPSHUFB X4, X3, X3
	VPMINUB X5, X0, X0
	VPMINUB X5, X1, X1
	VPMINUB X5, X2, X2
	VPMINUB X5, X3, X3
	VMOVDQU X0, (DI)
	VMOVDQU X1, (DI)(BX*1)
	VMOVDQU X2, (R9)
	VMOVDQU X3, (R9)(BX*1)
	LEAQ    (DX)(AX*4), DX
	LEAQ    (DI)(BX*4), DI
	LEAQ    (R8)(AX*4), R8
	LEAQ    (R9)(BX*4), R9
	SUBQ    $4, CX
	JGE     four

few:
	ADDQ $4, CX
	JZ   done

one:
	VMOVDQU (DX), X0
	VPSHUFB X4, X0, X0
	VPMINUB X5, X0, X0
	VMOVDQU X0, (DI)
	ADDQ    AX, DX
	ADDQ    BX, DI
	DECQ    CX
	JNZ     one

done:
	RET

// SWAP permutes 128 bytes from DX on, sixteen by sixteen as Y4 says, and STOREs
// them from DI on. It counts them in CX.
#define SWAP(STORE) \
	VMOVDQU (DX), Y0;   \
	VMOVDQU 32(DX), Y1; \
	VMOVDQU 64(DX), Y2; \
	VMOVDQU 96(DX), Y3; \
	VPSHUFB Y4, Y0, Y0; \
	VPSHUFB Y4, Y1, Y1; \
	VPSHUFB Y4, Y2, Y2; \
	VPSHUFB Y4, Y3, Y3; \
	STORE   Y0, (DI);   \
	STORE   Y1, 32(DI); \
	STORE   Y2, 64(DI); \
	STORE   Y3, 96(DI); \
	ADDQ    $128, DX;   \
	ADDQ    $128, DI;   \
	SUBQ    $128, CX

// func Swap(dst, src unsafe.Pointer, n int, mask *[16]byte, past bool)
// It stores by way of the caches, or past them.
TEXT ·Swap(SB), NOSPLIT, $0-33
	MOVQ           dst+0(FP), DI
	MOVQ           src+8(FP), DX
	MOVQ           n+16(FP), CX
	MOVQ           mask+24(FP), SI
	MOVBLZX        past+32(FP), AX
	VBROADCASTI128 (SI), Y4
	TESTL          AX, AX
	JNZ            past

turn:
	SWAP(VMOVDQU)
	JNZ turn
	VZEROUPPER
	RET

past:
	SWAP(VMOVNTDQ)
	JNZ past
	SFENCE
	VZEROUPPER
	RET

// func cpuid(leaf, sub uint32) (ax, bx, cx, dx uint32)
// It asks the processor what it has.
TEXT ·cpuid(SB), NOSPLIT, $0-24
	MOVL leaf+0(FP), AX
	MOVL sub+4(FP), CX
	CPUID
	MOVL AX, ax+8(FP)
	MOVL BX, bx+12(FP)
	MOVL CX, cx+16(FP)
	MOVL DX, dx+20(FP)
	RET

// func xgetbv() (ax uint32)
// It asks which registers the system keeps.
TEXT ·xgetbv(SB), NOSPLIT, $0-4
	XORL CX, CX
	XGETBV
	MOVL AX, ax+0(FP)
	RET
