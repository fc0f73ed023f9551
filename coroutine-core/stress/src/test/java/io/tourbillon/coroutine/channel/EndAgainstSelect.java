package io.tourbillon.coroutine.channel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A coroutine or stage ends while a select begins to wait for it.
 *
 * <p>The thread that brings the end writes the outcome and then reads the listener; the select does
 * the reverse. Forbidden: the select is not told of the end, and waits for ever. It may be told
 * twice; the first one counts.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, [12]", expect = ACCEPTABLE, desc = "the select was told")
public class EndAgainstSelect {
  private final Race race = new Together(new Steps());

  @Actor
  public void end(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void listen(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is how many times the select was told. */
  public static final class Steps implements Race {
    private final List<Consumer<Supplier<Integer>>> settlers = new ArrayList<>();
    private final EndCase<Integer, Integer> awaited =
        new EndCase<>(
            "race",
            settle -> {
              settlers.add(settle);
              return () -> {};
            },
            value -> value);
    private final AtomicInteger told = new AtomicInteger();

    /** A select that has registered for an end. */
    public Steps() {
      awaited.register();
    }

    private final class Selected implements Resumption<Supplier<? extends Integer>> {
      @Override
      public boolean resume(Supplier<? extends Integer> outcome) {
        return told.incrementAndGet() == 1;
      }

      @Override
      public boolean fail(Throwable failure) {
        throw new IllegalStateException(failure);
      }

      @Override
      public void onCancel(Runnable cleanUp) {
        throw new UnsupportedOperationException();
      }
    }

    @Override
    public int first() {
      settlers.getFirst().accept(() -> 7);
      return 0;
    }

    @Override
    public int second() {
      awaited.listen(new Selected());
      return 0;
    }

    @Override
    public int after() {
      return told.get();
    }
  }

  /** The outcome and the listener are written without a fence. */
  @JCStressTest
  @JCStressMeta(EndAgainstSelect.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(EndCase.class).plain("outcome"),
            Defect.in(EndCase.class).plain("listener"));

    private final Race race = TWINS.race();

    @Actor
    public void end(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void listen(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
