/**
 * Measures what the libraries cost on their own timers and on ours. {@link
 * io.tourbillon.adoption.cost.AdoptionCost} is the program; a {@code Workload} is many calls of one
 * library, each with a timeout that does not fire, as in a server that is well.
 */
@NullMarked
package io.tourbillon.adoption.cost;

import org.jspecify.annotations.NullMarked;
