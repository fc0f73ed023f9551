package io.tourbillon.bench.compare;

import java.util.List;

/**
 * What page.js draws. Texts for readers are made here, so that it need not know any unit.
 *
 * @param id of its place in the page
 * @param bars a bar for each series, whose only value it is, along the axis y; else lines
 */
record Plot(String id, String caption, boolean bars, Axis x, Axis y, List<Series> series) {

  /** A line or a bar. */
  record Series(Contender contender, List<Point> points) {}

  /**
   * A value.
   *
   * @param at where on the axis x, in words
   */
  record Point(double x, double y, double least, double most, String at, Figure figure) {}
}
