package io.tourbillon.bench.durable;

import io.tourbillon.timer.durable.DurableTimers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Ours, with the default options. */
final class OurDurables implements DurableSubject {
  private static final String HANDLER = "bench";

  private final DurableTimers timers;

  /**
   * @param handler null if the timers are not to fire here
   */
  OurDurables(DataSource source, @Nullable IntConsumer handler) {
    DurableTimers.Builder builder = DurableTimers.builder(source).createSchema();
    if (handler != null) {
      builder.handler(HANDLER, firing -> handler.accept(Integer.parseInt(firing.key())));
    }
    timers = builder.build();
  }

  @Override
  public void schedule(List<Due> due) {
    List<CompletableFuture<Void>> durable = new ArrayList<>(due.size());
    for (Due each : due) {
      durable.add(
          timers.schedule(
              HANDLER, Integer.toString(each.timer()), each.at(), DurableKind.newPayload()));
    }
    durable.forEach(CompletableFuture::join);
  }

  @Override
  public long stored() {
    return timers.pending();
  }

  @Override
  public void close() {
    timers.close();
  }
}
