/**
 * Random programs of timers, compared with an oracle that is written from the documentation.
 *
 * <p>{@code TimerProgramGenerator} makes a list of {@code TimerOp}s from a seed. {@code
 * TimerProgramRun} runs it on a service of production with a virtual clock, and {@code TimerOracle}
 * by the rules of {@code TimerWorld}, in every order that is permitted. {@code RandomTimersTest}
 * compares both, and makes a program that fails small.
 */
@NullMarked
package io.tourbillon.timer.programs;

import org.jspecify.annotations.NullMarked;
