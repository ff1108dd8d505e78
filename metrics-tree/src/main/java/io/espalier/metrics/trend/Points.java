package io.espalier.metrics.trend;

/** Takes points of a series. */
interface Points {
    void add(long time, double sum, long n, double least, double greatest);
}
