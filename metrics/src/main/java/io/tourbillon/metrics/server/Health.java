package io.tourbillon.metrics.server;

import io.tourbillon.metrics.internal.health.Condition;
import io.tourbillon.metrics.internal.health.DurableWatch;
import io.tourbillon.metrics.internal.health.LoopWatch;
import io.tourbillon.metrics.internal.health.TimerWatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Responds with the condition of all that is served: 200 if everything is at work, 503 if not. The
 * response is short. It needs none of the threads and none of the memory that other responses may
 * use up.
 */
final class Health implements Source {
  private final @Nullable TimerWatch timers;
  private final @Nullable LoopWatch loops;
  private final @Nullable DurableWatch durable;

  Health(Endpoint.Options options) {
    timers =
        options.timers() == null ? null : new TimerWatch(options.timers(), options.stallLimit());
    loops =
        options.scheduler() == null
            ? null
            : new LoopWatch(options.scheduler(), options.stallLimit());
    durable = options.durable() == null ? null : new DurableWatch(options.durable());
  }

  @Override
  public Answer answer(Request request, HeldBytes memory) throws IOException {
    Map<String, Condition> conditions = new LinkedHashMap<>();
    if (timers != null) {
      conditions.put("timers", timers.check());
    }
    if (loops != null) {
      loops.check().forEach((loop, condition) -> conditions.put("loop " + loop, condition));
    }
    if (durable != null) {
      conditions.put("durable timers", durable.check());
    }
    boolean healthy = conditions.values().stream().allMatch(Condition::isHealthy);
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    JsonWriter.write(json, new Report(healthy, conditions));
    return new Answer(
        healthy ? HttpStatus.OK_200 : HttpStatus.SERVICE_UNAVAILABLE_503,
        Answer.JSON,
        Body.uncounted(json.toByteArray()));
  }

  @Override
  public boolean isQuick() {
    return true;
  }

  /** The body of the response, as JSON. */
  record Report(boolean healthy, Map<String, Condition> parts) implements JsonWriter.Value {
    @Override
    public void writeTo(JsonWriter json) throws IOException {
      json.beginObject().member("healthy", healthy).name("parts").beginObject();
      for (Map.Entry<String, Condition> part : parts.entrySet()) {
        json.name(part.getKey()).value(part.getValue().name());
      }
      json.endObject().endObject();
    }
  }
}
