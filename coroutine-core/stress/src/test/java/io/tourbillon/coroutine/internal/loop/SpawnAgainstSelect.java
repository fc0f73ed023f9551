package io.tourbillon.coroutine.internal.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.net.TcpListener;
import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two threads spawn a coroutine each on a loop that goes to rest in its selector, between the two
 * or before.
 *
 * <p>Forbidden: a coroutine that does not run, because the loop selects and nobody has woken it.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 2", expect = ACCEPTABLE, desc = "both have run")
public class SpawnAgainstSelect {
  private final Race race = new Together(new Steps());

  @Actor
  public void spawn(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void spawnToo(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is that of the coroutines that have run. */
  public static final class Steps implements Race {
    private static final CoroutineScheduler SCHEDULER = withASelector();
    private final AtomicInteger run = new AtomicInteger();

    /** A loop with a selector. */
    public Steps() {}

    /** A scheduler of one loop, of which a coroutine waits for connections until the JVM ends. */
    private static CoroutineScheduler withASelector() {
      CoroutineScheduler scheduler =
          CoroutineScheduler.builder().loops(1).engine(Engine.VIRTUAL_THREAD).build();
      var _ =
          scheduler.spawn(
              () -> {
                var local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
                return TcpListener.open(local).accept();
              });
      return scheduler;
    }

    private void spawn() {
      var _ = SCHEDULER.spawn(() -> run.incrementAndGet());
    }

    @Override
    public int first() {
      spawn();
      return 0;
    }

    @Override
    public int second() {
      spawn();
      return 0;
    }

    @Override
    public int after() {
      long startNanos = System.nanoTime();
      long limitNanos = Twins.limit(Steps.class).toNanos();
      while (run.get() < 2 && System.nanoTime() - startNanos < limitNanos) {
        Thread.onSpinWait();
      }
      return run.get();
    }
  }

  /** A spawner does not wake the selector. */
  @JCStressTest
  @JCStressMeta(SpawnAgainstSelect.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(Sockets.class).without("wake", "wakeup"));

    private final Race race = TWINS.race();

    @Actor
    public void spawn(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void spawnToo(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
