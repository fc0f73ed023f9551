/**
 * Scenarios: what is compared, in which sizes, for how long, and which figures come out.
 *
 * <p>A scenario runs in a process of its own, for one subject and one size. {@code tourbillon
 * measure} does that: it gets everything as arguments, and prints a line of JSON. Programs in other
 * languages take the same arguments and print the same.
 */
@NullMarked
package io.tourbillon.bench.scenario;

import org.jspecify.annotations.NullMarked;
