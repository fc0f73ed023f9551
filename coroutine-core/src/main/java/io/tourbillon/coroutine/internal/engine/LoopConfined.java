package io.tourbillon.coroutine.internal.engine;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a class, field or method that only one event loop uses: the thread of the loop, or the
 * coroutine or other task that has the turn on it.
 *
 * <p>A loop and its tasks never run at the same time, and what one writes before it passes the turn
 * the next one sees. So a marked field is plain, and a marked class needs no lock. Other threads
 * must send a message to the loop instead. Where a field says that other threads take a glimpse of
 * it, they may read a stale value. There is one exception: during a long turn, a thread that has
 * entered the {@code TurnGate} of the loop uses what that class and {@code CoroutineLoop} name.
 *
 * <p>On a class, the annotation holds for all members that do not say otherwise.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.FIELD, ElementType.METHOD})
public @interface LoopConfined {}
