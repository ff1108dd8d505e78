package io.espalier.metrics.trend;

/** What goes into a tier at one time: a row a series, no key twice. */
interface Rows {
    int size();

    String key(int row);

    double value(int row, int column);
}
