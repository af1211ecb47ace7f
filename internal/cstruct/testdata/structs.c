// The structs of structs.o, which gcc -g -c made of this file on linux/amd64.
#include <complex.h>
#include <stdbool.h>
#include <stdint.h>

enum kind { PING, PONG = 7 };

typedef struct {
	uint8_t version;
	enum kind kind;
	char name[6];
	double position[2];
	bool valid;
} header_t;

struct packet {
	uint8_t kind;
	uint16_t length;
	union {
		int number;
		char text[6];
	} body;
	struct {
		char tag;
		long value;
	} fields[2];
} __attribute__((packed));

struct node {
	struct node *next;
	float _Complex z;
	short matrix[2][3];
	void (*handler)(int);
};

struct bits {
	unsigned a : 3;
};

header_t a;
struct packet b;
struct node c;
struct bits d;
