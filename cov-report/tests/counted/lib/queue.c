#include "queue.h"

/* A ring of fixed size. */
int queue_put(struct queue *q, int value)
{
	if (q->used == SIZE && !q->grows)
		return -1;
	q->slots[(q->first + q->used++) % SIZE] = value;
	return 0;
}

int queue_drain(struct queue *q, int (*visit)(int))
{
	while (q->used > 0) {
		switch (visit(q->slots[q->first])) {
		case 0: break;
		case 1: q->errors++; break;
		default: return -1;
		}
		q->first = (q->first + 1) % SIZE;
		q->used--;
	}
	return 0;
}

int queue_check(const struct queue *q)
{
	return q->used <= SIZE;
}
