/**
 * How the three engines carry the stacks of coroutines.
 *
 * <p>A {@link io.tourbillon.coroutine.internal.engine.LoopEngine} serves one loop: it makes the
 * loop's thread and a {@link io.tourbillon.coroutine.internal.engine.Strand} for each coroutine,
 * and runs code of users where that may block. An engine knows its loop and its coroutines by two
 * interfaces alone, {@link io.tourbillon.coroutine.internal.engine.EngineLoop} and {@link
 * io.tourbillon.coroutine.internal.engine.EngineTask}, so this package depends on no other of this
 * module.
 *
 * <p>To add an engine: extend {@code LoopEngine}, implement {@code Strand}, and add a constant to
 * the public enum {@code Engine}, which says what the JVM needs for it. If a coroutine runs in a
 * thread from which {@link io.tourbillon.coroutine.internal.engine.LoopOfThread} cannot see the
 * loop, extend that.
 */
@NullMarked
package io.tourbillon.coroutine.internal.engine;

import org.jspecify.annotations.NullMarked;
