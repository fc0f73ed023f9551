/**
 * The event loop: which tasks are due, which are ready, and which one has the turn.
 *
 * <p>A round of an {@link io.tourbillon.coroutine.internal.loop.EventLoop} reads the {@code
 * Mailbox}, advances the {@code LoopWheel}, gives {@code Turns} to the tasks of the {@code
 * ReadyQueue} in the order of a {@code TurnOrder}, and rests in the {@code Mailbox} until the next
 * event. A message that another thread sends to the mailbox wakes a sleeping loop. {@code Spin}
 * decides whether a loop looks for messages for some microseconds before it sleeps. A loop that
 * would rest may take over unclaimed tasks of other loops: {@code WorkStealing} says which, and
 * what its {@code Thief} and the {@code Newcomers} of the others do for that. While a turn holds a
 * loop, the {@code Rescuer} gives it tasks to take over, through the {@code TurnGate}. Once a
 * coroutine has waited for a channel, the loop rests in the selector of {@code Sockets} instead.
 * That is one kind of {@link io.tourbillon.coroutine.internal.loop.Poller}; an adapter of another
 * library can give the loops of a scheduler one of its own.
 *
 * <p><b>Rule.</b> This package depends on {@code internal.engine}, {@code internal.observe} and the
 * wheel of timer-core. A loop knows the coroutines that it runs only as {@link
 * io.tourbillon.coroutine.internal.loop.LoopTask}; its subclass {@code CoroutineLoop} knows more.
 * Everything but the mailbox and the counts is {@link
 * io.tourbillon.coroutine.internal.engine.LoopConfined}; {@code TurnGate} lets the rescuer in.
 *
 * <p>To add a scheduling policy: add an order to {@code TurnOrder}, a case to the public {@code
 * SchedulingPolicy}, and its mapping to {@code LoopScheduler.orderOf}.
 */
@NullMarked
package io.tourbillon.coroutine.internal.loop;

import org.jspecify.annotations.NullMarked;
