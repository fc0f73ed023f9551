/**
 * Makes each allocation of our code fail in turn, and looks at what is left.
 *
 * <p>A class loader of {@link io.tourbillon.stress.memory.FailingClasses} defines our classes anew
 * and puts a call of {@link io.tourbillon.stress.memory.Allocations#next} before each instruction
 * that allocates, and before calls of the JDK that do. {@link io.tourbillon.stress.memory.Sweep}
 * runs a {@link io.tourbillon.stress.memory.SweptProgram} again and again. In the first run the
 * first allocation throws an {@code OutOfMemoryError}, in the second the second, until a run ends
 * before its allocation comes. After each run the program says whether anything was lost.
 *
 * <p>Real full heaps fail at a few allocations, those that happen to need a new buffer. Here all of
 * them fail, one by one, and {@code FailingAllocationsTest} names the line of each that does harm.
 * {@link io.tourbillon.stress.memory.LossyBox} allocates between two changes, and is caught.
 *
 * <p>Initialisers of classes are left out: a class whose initialisation fails stays unusable, as
 * the documentation says, which is why services initialise all classes when they are made.
 */
@NullMarked
package io.tourbillon.stress.memory;

import org.jspecify.annotations.NullMarked;
