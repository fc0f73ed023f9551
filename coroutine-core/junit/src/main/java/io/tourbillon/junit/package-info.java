/**
 * An extension of JUnit Jupiter for tests of code that uses timers and coroutines: services with a
 * virtual clock as parameters, orders of turns by seeds, and a check that nothing is left behind.
 * {@link io.tourbillon.junit.TourbillonExtension} says how it works; {@code GUIDE.md} in this
 * module has whole test classes.
 *
 * <p>Runs with JUnit 5.13 and later, and with JUnit 6. The parts:
 *
 * <ul>
 *   <li>{@code TourbillonExtension} and {@code TestCalls} are called by JUnit. They keep one {@code
 *       TestServices} for each test, and one {@code OpenServices} for each test and each class, in
 *       the stores of JUnit, and so hold no state themselves.
 *   <li>{@code TestServices}: what the parameters of one test refer to. Its close finds the timers
 *       and coroutines that are left.
 *   <li>{@code OpenServices}: what was open before a test or class began. Its close finds the
 *       services that are open in addition.
 *   <li>{@code SimulationRuns} and {@code SeededRun}: the runs of a {@code SimulationTest}.
 * </ul>
 */
@NullMarked
package io.tourbillon.junit;

import org.jspecify.annotations.NullMarked;
