/**
 * The soak: faults under a steady load, and heavy loads, for minutes to days.
 *
 * <p>{@link io.tourbillon.bench.soak.SoakCommand} reads a {@code SoakRequest}. {@code Soak} lets
 * the faults take turns, each round in a process of its own by {@code RoundLauncher}, so that a
 * full heap or a stopped process harms no other. The process runs {@link
 * io.tourbillon.bench.soak.RoundCommand}, which is a {@code Trial} of a fault ({@link
 * io.tourbillon.bench.soak.round}, {@link io.tourbillon.bench.soak.fault}) or a load ({@link
 * io.tourbillon.bench.soak.load}), and prints its result. The {@code Archive} keeps the results for
 * {@code SoakResults}, {@code SoakSummary} and {@code SoakPage}.
 *
 * <p>The seed of a round decides everything that is chosen at random, also the engine and the
 * collector: {@code --fault NAME --seed N --rounds 1} repeats it, up to the order in which threads
 * run.
 */
@NullMarked
package io.tourbillon.bench.soak;

import org.jspecify.annotations.NullMarked;
