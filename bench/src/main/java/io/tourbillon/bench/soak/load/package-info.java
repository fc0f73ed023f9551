/**
 * Heavy loads for a long time, a class for each; {@link io.tourbillon.bench.soak.load.Load} lists
 * them. They check the same promises as rounds with faults, and report rates, memory and times.
 */
@NullMarked
package io.tourbillon.bench.soak.load;

import org.jspecify.annotations.NullMarked;
