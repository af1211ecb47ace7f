#include <complex.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* >8sI4s2I5BI: 33 bytes, 11 values, big-endian, standard sizes, no alignment */
struct __attribute__((packed)) record {
	char signature[8];               /* offset 0 */
	uint32_t length;                 /* offset 8 */
	char type[4];                    /* offset 12 */
	uint32_t width;                  /* offset 16 */
	uint32_t height;                 /* offset 20 */
	uint8_t depth;                   /* offset 24 */
	uint8_t color;                   /* offset 25 */
	uint8_t compression;             /* offset 26 */
	uint8_t filter;                  /* offset 27 */
	uint8_t interlace;               /* offset 28 */
	uint32_t crc;                    /* offset 29 */
};
