package io.tourbillon.metrics.server;

import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Whether all that is served is at work: 200 if so, 503 if not, and what is the matter. */
final class Health implements Source {
  private final @Nullable TimerWatch timers;
  private final @Nullable LoopWatch loops;

  Health(Endpoint.Options options) {
    timers =
        options.timers() == null ? null : new TimerWatch(options.timers(), options.stallLimit());
    loops =
        options.scheduler() == null
            ? null
            : new LoopWatch(options.scheduler(), options.stallLimit(), System::nanoTime);
  }

  @Override
  public Answer answer(Request request) {
    Map<String, Condition> conditions = new LinkedHashMap<>();
    if (timers != null) {
      conditions.put("timers", timers.check());
    }
    if (loops != null) {
      loops.check().forEach((loop, condition) -> conditions.put("loop " + loop, condition));
    }
    boolean healthy = conditions.values().stream().allMatch(Condition::isHealthy);
    byte[] json = JsonMapper.shared().writeValueAsBytes(new Report(healthy, conditions));
    return Answer.json(healthy ? HttpStatus.OK_200 : HttpStatus.SERVICE_UNAVAILABLE_503, json);
  }

  /** How it is written. */
  record Report(boolean healthy, Map<String, Condition> parts) {}
}
