#define SIZE 64

static inline int next(int at) { return (at + 1) % SIZE; }
