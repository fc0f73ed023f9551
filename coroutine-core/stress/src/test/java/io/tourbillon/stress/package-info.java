/**
 * Stress tests of every state word and hand-off, run by jcstress, and how they get broken twins.
 *
 * <p>A stress class is named for its race, such as {@code CancelAgainstFire}, and stands in the
 * package of its subject. Its comment says which outcomes are forbidden, and why. Its nested {@code
 * Steps} implement {@link io.tourbillon.stress.Race}: a subject, two steps and a look at what is
 * left.
 *
 * <p>Beside it stands its twin, a stress class whose name ends with {@code Twin}: the same steps on
 * the same production classes, of which one has a {@link io.tourbillon.stress.Defect}. A class
 * loader changes the class file: a compare-and-set becomes a check and then a write, a lock is not
 * taken, a volatile field becomes plain, a call is left out. So a twin differs from production in
 * that one place, and stays true when production changes; a defect that no longer finds its place
 * is an error.
 *
 * <p>{@code InterleavingsTest} runs everything for a short time in each build: all races must pass,
 * and every twin must be caught. The profile {@code stress} runs all for minutes, in more
 * configurations of the JVM.
 */
@NullMarked
package io.tourbillon.stress;

import org.jspecify.annotations.NullMarked;
