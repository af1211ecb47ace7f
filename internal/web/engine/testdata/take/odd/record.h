#include <complex.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* <3c2?F5p0H2e\tlZd: 42 bytes, 11 values, little-endian, standard sizes, no alignment */
struct __attribute__((packed)) record {
	char value0[3];                  /* offset 0 */
	bool value3[2];                  /* offset 3 */
	float complex value5;            /* offset 5 */
	unsigned char value6[5];         /* offset 13 */
	uint16_t value7[0];              /* offset 18 */
	_Float16 value7_[2];             /* offset 18 */
	int32_t value9;                  /* offset 22 */
	double complex value10;          /* offset 26 */
};
