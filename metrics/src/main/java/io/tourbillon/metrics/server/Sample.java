package io.tourbillon.metrics.server;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The state of everything at one moment, and what has happened since the sample before.
 *
 * @param number counts the samples, beginning at 1
 * @param epochMillis when the sample was taken
 */
record Sample(
    long number,
    long epochMillis,
    @Nullable TimerSample timers,
    @Nullable CoroutineSample coroutines,
    @Nullable DurableSample durable)
    implements JsonWriter.Value {

  @Override
  public void writeTo(JsonWriter json) throws IOException {
    json.beginObject()
        .member("number", number)
        .member("epochMillis", epochMillis)
        .member("timers", timers)
        .member("coroutines", coroutines)
        .member("durable", durable)
        .endObject();
  }
}
