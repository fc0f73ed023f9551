/**
 * Random programs of coroutines, compared with an oracle that is written from the documentation.
 *
 * <ol>
 *   <li>{@code ProgramGenerator} makes a {@code Program} of {@code Op}s from a seed.
 *   <li>{@code ProgramRun} runs it on the scheduler of production in an order of turns that another
 *       seed decides; {@code Interpreter} and {@code Waits} make the calls, and {@code Ledger}
 *       notes what each coroutine sees and what holds in every order but did not.
 *   <li>{@code Oracle} follows the same program by the {@code Rules}, with {@code Exchanges} and
 *       {@code Families}, from one {@code World} to the next, in every order that is permitted.
 *   <li>{@code Campaign} compares: what was seen must be one of the outcomes of the oracle. {@code
 *       Shrinker} makes a program that fails small.
 *   <li>{@code MovingPrograms} runs the programs on three loops while coroutines move.
 * </ol>
 *
 * <p>To add an operation of users: add it to {@code Op}, to the generator, to {@code Interpreter}
 * or {@code Waits}, and to {@code Rules}. The compiler names the places. Where the documentation
 * leaves open what happens, the rules choose, and so permit each.
 */
@NullMarked
package io.tourbillon.coroutine.programs;

import org.jspecify.annotations.NullMarked;
