#include <complex.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* @bhxd3s2I0q: 32 bytes, 6 values, big-endian, native sizes and alignment of ilp32-be */
struct record {
	signed char kind;                /* offset 0 */
	short type;                      /* offset 2 */
	unsigned char pad4[1];
	double value;                    /* offset 8 */
	char name[3];                    /* offset 16 */
	unsigned int list[2];            /* offset 20 */
	long long value6[0];
};
