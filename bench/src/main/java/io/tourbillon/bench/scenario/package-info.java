/**
 * Scenarios: what is compared, in which sizes, for how long, and what is found out.
 *
 * <p>A scenario runs in a process of its own, for one subject and one size: {@code tourbillon
 * measure} does that, is told everything by its arguments, and prints a line of JSON. Programs in
 * other languages take the same arguments and print the same.
 */
@NullMarked
package io.tourbillon.bench.scenario;

import org.jspecify.annotations.NullMarked;
