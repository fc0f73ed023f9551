package io.tourbillon.bench.orders;

import io.tourbillon.timer.durable.DurableTimers;
import io.tourbillon.timer.durable.Firing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * The process that keeps the timers of orders, and that is killed. It reads requests from standard
 * input and answers when they are durable:
 *
 * <ul>
 *   <li>{@code order ID DUE}: {@code accepted ID}
 *   <li>{@code pay ID}: {@code paid ID NOW} if the order was open, {@code late ID} if not
 *   <li>at any time: {@code expired ID DUE NOW}, when the timer of an order fires
 * </ul>
 *
 * <p>Times are microseconds since 1970. At the end of its input it closes and ends.
 */
public final class OrdersProgram {
  private static final String HANDLER = "order-expiry";

  /** How long the next process waits after a kill, at most, before it may fire. */
  private static final Duration LEASE = Duration.ofSeconds(1);

  private final PrintStream out;
  private final DurableTimers timers;

  OrdersProgram(Path file, PrintStream out) {
    this.out = out;
    timers = DurableTimers.open(file).lease(LEASE).handler(HANDLER, this::expire).build();
  }

  /** Serves until the end of its input. The argument is the file. */
  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    OrdersProgram program = new OrdersProgram(Path.of(args[0]), out);
    out.println("ready");
    program.serve(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
  }

  void serve(BufferedReader requests) throws IOException {
    try (DurableTimers closed = timers) {
      for (String line = requests.readLine(); line != null; line = requests.readLine()) {
        serve(closed, line.split(" ", -1));
      }
    }
  }

  private void serve(DurableTimers open, String[] request) {
    String id = request[1];
    switch (request[0]) {
      case "order" ->
          open.schedule(HANDLER, id, atMicros(Long.parseLong(request[2])), new byte[0])
              .thenRun(() -> out.println("accepted " + id))
              .exceptionally(failure -> fail(failure));
      case "pay" ->
          open.cancel(HANDLER, id)
              .thenAccept(
                  found -> out.println(found ? "paid " + id + " " + nowMicros() : "late " + id))
              .exceptionally(failure -> fail(failure));
      default -> throw new IllegalArgumentException("unknown request: " + request[0]);
    }
  }

  /** The demo reports what this process says last. */
  @SuppressWarnings("NullAway") // Void has no other value.
  private Void fail(Throwable failure) {
    out.println("failed " + failure);
    return null;
  }

  private void expire(Firing firing) {
    out.println("expired " + firing.key() + " " + micros(firing.due()) + " " + nowMicros());
  }

  static long nowMicros() {
    return micros(Instant.now());
  }

  private static long micros(Instant instant) {
    return TimeUnit.MICROSECONDS.convert(Duration.between(Instant.EPOCH, instant));
  }

  private static Instant atMicros(long micros) {
    return Instant.EPOCH.plus(Duration.ofSeconds(0, 1000 * micros));
  }
}
