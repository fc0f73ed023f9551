/**
 * A round of the soak in a JVM of its own.
 *
 * <p>{@link io.tourbillon.bench.soak.round.Trial} builds a {@code Stage} of services under a steady
 * load ({@code Churn}), lets a {@link io.tourbillon.bench.soak.round.Disturbance} happen in its
 * midst, closes everything and judges:
 *
 * <ul>
 *   <li>Every timer ends exactly once, and none is early: {@code CheckedService}, on the accounts
 *       of {@link io.tourbillon.bench.account}.
 *   <li>Every coroutine ends once and as its body does, and no delay or timeout is early: {@code
 *       CheckedCoroutines}.
 *   <li>Every task of an executor view and every future ends once, and as it ran: {@code
 *       CheckedJobs}.
 *   <li>No value between coroutines is lost or doubled, and one at a time is in a mutex: {@code
 *       Families}.
 *   <li>The statistics of the library agree with what was counted outside.
 *   <li>A second after the fault, lateness is normal: {@code LatenessRule}, on figures of the
 *       {@code Sampler}.
 *   <li>No thread, no object and no open file is left: {@link
 *       io.tourbillon.bench.soak.round.Leftovers}.
 * </ul>
 *
 * <p>What a round reports is a {@link io.tourbillon.bench.soak.round.RoundResult}. Each broken
 * promise is a sentence in {@link io.tourbillon.bench.soak.round.Breaches}.
 */
@NullMarked
package io.tourbillon.bench.soak.round;

import org.jspecify.annotations.NullMarked;
