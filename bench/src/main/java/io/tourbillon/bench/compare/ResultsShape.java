package io.tourbillon.bench.compare;

import static io.tourbillon.bench.compare.Shape.listOf;
import static io.tourbillon.bench.compare.Shape.mapOf;
import static io.tourbillon.bench.compare.Shape.moment;
import static io.tourbillon.bench.compare.Shape.number;
import static io.tourbillon.bench.compare.Shape.oneOf;
import static io.tourbillon.bench.compare.Shape.pairOf;
import static io.tourbillon.bench.compare.Shape.text;
import static io.tourbillon.bench.compare.Shape.wholeNumber;

import io.tourbillon.bench.compare.Outcome.Status;
import java.time.Instant;

/** The shapes of what is read: {@link Results} and, as processes print it, a measurement. */
final class ResultsShape {
  /** More than any figure is, in nanoseconds or bytes, and few enough to add up. */
  private static final double MOST = 1e18;

  private static final long MOST_SECONDS = Integer.MAX_VALUE;
  private static final int MOST_CORES = 1_000_000;

  /** Years of four digits, as the page shows them. */
  private static final Instant FIRST = Instant.parse("1970-01-01T00:00:00Z");

  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  private static final Shape COUNT = wholeNumber(1, Integer.MAX_VALUE);
  private static final Shape MILLIS = wholeNumber(0, Integer.MAX_VALUE);
  private static final Shape NOTHING = Shape.nothing();

  static final Shape MEASUREMENT =
      new Shape.Parts()
          .with("figures", mapOf(number(-MOST, MOST)).orAbsent())
          .with("lateness", listOf(pairOf(number(0, 100), wholeNumber(0, (long) MOST))).orAbsent());

  private static final Shape MACHINE =
      new Shape.Parts()
          .with("processor", text())
          .with("cores", wholeNumber(1, MOST_CORES))
          .with("memoryBytes", wholeNumber(0, (long) MOST))
          .with("system", text())
          .with("jdk", text())
          .with("load", number(-MOST_CORES, MOST_CORES));

  private static final Shape JOB =
      new Shape.Parts()
          .with("size", COUNT)
          .with("warmUpMillis", MILLIS)
          .with("measureMillis", MILLIS);

  private static final Shape OUTCOME =
      new Shape.Parts()
          .with("scenario", text())
          .with("job", JOB)
          .with("subject", text())
          .with("repetition", COUNT)
          .with("status", oneOf((Object[]) Status.values()))
          .where("status", Status.MEASURED.name(), "measurement", MEASUREMENT)
          .where("status", Status.MEASURED.name(), "reason", NOTHING)
          .where("status", Status.FAILED.name(), "reason", text())
          .where("status", Status.FAILED.name(), "measurement", NOTHING)
          .where("status", Status.LEFT_OUT.name(), "reason", text())
          .where("status", Status.LEFT_OUT.name(), "measurement", NOTHING);

  static final Shape RESULTS =
      new Shape.Parts()
          .with("format", wholeNumber(Results.FORMAT, Results.FORMAT))
          .with("started", moment(FIRST, LAST))
          .with("seconds", wholeNumber(0, MOST_SECONDS))
          .with("command", text())
          .with("commit", text())
          .with("machine", MACHINE)
          .with("jvmFlags", listOf(text()))
          .with("versions", mapOf(text()))
          .with("absent", mapOf(text()))
          .with("plannedRuns", MILLIS)
          .with(
              "outcomes",
              listOf(OUTCOME).withoutTwoOfTheSame("scenario", "job", "subject", "repetition"));

  private ResultsShape() {}
}
