/**
 * The faults of the soak, a class for each: a {@link io.tourbillon.bench.soak.round.Disturbance}
 * that happens in the midst of a round. {@link io.tourbillon.bench.soak.fault.Fault} lists them.
 */
@NullMarked
package io.tourbillon.bench.soak.fault;

import org.jspecify.annotations.NullMarked;
