package io.tourbillon.coroutine.internal.blockhound;

import io.tourbillon.coroutine.internal.engine.LoopOfThread;
import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * What BlockHound has to know of event loops.
 *
 * <p>On {@code Engine.CONTINUATION} a coroutine runs on the thread of its loop, and a call that
 * blocks it blocks the loop. On {@code Engine.HANDOFF} it runs in a virtual thread of its own,
 * while the loop waits for it. BlockHound looks for waits of platform threads; so here the waits of
 * virtual threads are marked as blocking, too, which counts for these threads alone. The same holds
 * for timer tasks of the scheduler, and for stages of {@code Coroutine.toFuture}. On {@code
 * Engine.VIRTUAL_THREAD} calls that block free the loop and are allowed; BlockHound cannot tell
 * them from the few that do not.
 *
 * <p>The thread of a loop may block: it rests. The waits that are allowed everywhere are those of
 * {@code TimerIntegration} and a few of this module.
 *
 * <p>Classes and methods are named as texts, as they are not visible here; a test finds each.
 */
public final class CoroutineIntegration implements BlockHoundIntegration {
  private static final String ENGINE = "io.tourbillon.coroutine.internal.engine.";
  private static final String LOOP = "io.tourbillon.coroutine.internal.loop.EventLoop";

  /** Called by BlockHound. */
  public CoroutineIntegration() {}

  @Override
  public void applyTo(BlockHound.Builder builder) {
    builder.nonBlockingThreadPredicate(known -> known.or(LoopOfThread::holdsLoopByBlocking));
    builder.markAsBlocking("java.lang.VirtualThread", "park", "()V");
    builder.markAsBlocking("java.lang.VirtualThread", "parkNanos", "(J)V");

    // The loop. The steps of a round for a loop that runs already.
    allow(builder, LOOP, "run");
    allow(builder, LOOP, "readMail");
    allow(builder, LOOP, "advance");
    allow(builder, LOOP, "runReady");
    allow(builder, LOOP, "rest");

    // Turns of coroutines, and tasks of users on the loop's thread. The turn of a continuation is
    // the call of the loop, since the stack of the coroutine is left at each suspension.
    builder.disallowBlockingCallsInside(ENGINE + "ContinuationStrand", "resume");
    builder.disallowBlockingCallsInside(ENGINE + "LoopEngine", "runTask");
    allow(builder, ENGINE + "HandoffStrand", "park");

    // What coroutines call, and what does not wait for users.
    allow(builder, ENGINE + "LoopEngine", "report");
    allow(builder, ENGINE + "BlockingThreads", "execute");
    allow(builder, ENGINE + "Scheduling", "byDefault");
    allow(builder, "io.tourbillon.coroutine.internal.task.End", "lock");
  }

  private static void allow(BlockHound.Builder builder, String type, String method) {
    builder.allowBlockingCallsInside(type, method);
  }
}
