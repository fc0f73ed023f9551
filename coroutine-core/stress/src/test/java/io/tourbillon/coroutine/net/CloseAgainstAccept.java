package io.tourbillon.coroutine.net;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A listener is closed while a coroutine begins to wait for a connection.
 *
 * <p>The coroutine joins those that wait and then reads whether the channel is open; who closes it
 * wakes those that wait after that. Forbidden: the coroutine waits for ever.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "the coroutine has gone on")
public class CloseAgainstAccept {
  private final Race race = new Together(new Steps());

  @Actor
  public void accept(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void close(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is 1 if the coroutine has gone on. */
  public static final class Steps implements Race {
    private static final CoroutineScheduler SCHEDULER =
        CoroutineScheduler.builder().loops(1).engine(Engine.VIRTUAL_THREAD).build();

    private final TcpListener listener;
    private volatile boolean goneOn;

    /** A listener. */
    public Steps() {
      try {
        listener = TcpListener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    private void accept() {
      try {
        TcpConnection _ = listener.accept();
      } catch (IOException closed) {
        goneOn = true;
      }
    }

    @Override
    public int first() {
      Action body = this::accept;
      var _ = SCHEDULER.spawn(body);
      return 0;
    }

    @Override
    public int second() {
      listener.close();
      return 0;
    }

    @Override
    public int after() {
      long startNanos = System.nanoTime();
      long limitNanos = Twins.limit(Steps.class).toNanos();
      while (!goneOn && System.nanoTime() - startNanos < limitNanos) {
        Thread.onSpinWait();
      }
      return Race.bit(goneOn);
    }
  }

  /** Who closes a channel does not wake those that wait. */
  @JCStressTest
  @JCStressMeta(CloseAgainstAccept.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(Readiness.class).without("wakeAll", "resume"));

    private final Race race = TWINS.race();

    @Actor
    public void accept(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void close(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
