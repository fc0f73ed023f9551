package io.tourbillon.timer;

import io.tourbillon.timer.internal.text.Measured;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.jspecify.annotations.Nullable;

/**
 * A distribution of times in nanoseconds, as statistics report it. Immutable.
 *
 * <p>A distribution keeps counts of buckets instead of values. A bucket is at most 1 % wide, so
 * every figure is exact to 1 %. Values below zero count as zero, values above one hour as one hour.
 * A distribution takes about 40 kB.
 */
public final class Distribution {
  private static final int DIGITS = 2;
  private static final long HIGHEST_NANOS = 3_600_000_000_000L;

  /** Written by the builder only, before this object is published. */
  private final Histogram values;

  private Distribution(Histogram values) {
    this.values = values;
  }

  /** Receives the buckets of a distribution. */
  @FunctionalInterface
  public interface BucketVisitor {
    /**
     * Receives one bucket.
     *
     * @param lowNanos the lowest value of the bucket
     * @param highNanos the highest value of the bucket, inclusive
     * @param count how many values are in the bucket, above zero
     */
    void visit(long lowNanos, long highNanos, long count);
  }

  /** Collects values. Not thread-safe. */
  public static final class Builder {
    private @Nullable Histogram values = new Histogram(HIGHEST_NANOS, DIGITS);

    private Builder() {}

    /** Adds one value. */
    public Builder record(long nanos) {
      return record(nanos, 1);
    }

    /**
     * Adds a value a number of times.
     *
     * @throws IllegalArgumentException if the count is negative
     */
    public Builder record(long nanos, long count) {
      if (count < 0) {
        throw new IllegalArgumentException("count must not be negative: " + count);
      }
      values().recordValueWithCount(Math.clamp(nanos, 0, HIGHEST_NANOS), count);
      return this;
    }

    /** Adds all values that another builder has collected, which goes on collecting. */
    Builder add(Builder other) {
      values().add(other.values());
      return this;
    }

    /** Adds all values of another distribution. */
    public Builder add(Distribution other) {
      values().add(other.values);
      return this;
    }

    /**
     * Makes the distribution. The builder cannot be used afterwards.
     *
     * @throws IllegalStateException if this builder has built a distribution before
     */
    public Distribution build() {
      Distribution built = new Distribution(values());
      values = null;
      return built;
    }

    private Histogram values() {
      if (values == null) {
        throw new IllegalStateException("a builder of distributions builds one only");
      }
      return values;
    }
  }

  /** Begins an empty distribution. */
  public static Builder builder() {
    return new Builder();
  }

  /** How many values there are. */
  public long count() {
    return values.getTotalCount();
  }

  /** The lowest value, or 0 if there is none. */
  public long min() {
    return values.getMinValue();
  }

  /** The highest value, or 0 if there is none. */
  public long max() {
    return values.getMaxValue();
  }

  /** The arithmetic mean, or 0 if there are no values. */
  public double mean() {
    return values.getMean();
  }

  /**
   * The value that a percentage of all values does not exceed.
   *
   * @param percent from 0 to 100; 50 gives the median
   * @return the value, or 0 if there is none
   * @throws IllegalArgumentException if the percentage is out of its range
   */
  public long percentile(double percent) {
    if (!(percent >= 0 && percent <= 100)) {
      throw new IllegalArgumentException("percent must be from 0 to 100: " + percent);
    }
    return values.getValueAtPercentile(percent);
  }

  /**
   * How many values lie in a range. A bucket that lies partly in the range counts in full.
   *
   * @param lowNanos the lowest value of the range
   * @param highNanos the highest value of the range, inclusive
   */
  public long countBetween(long lowNanos, long highNanos) {
    if (highNanos < 0 || lowNanos > HIGHEST_NANOS || highNanos < lowNanos) {
      return 0;
    }
    return values.getCountBetweenValues(Math.max(0, lowNanos), Math.min(HIGHEST_NANOS, highNanos));
  }

  /** Shows all buckets that are not empty, lowest first. */
  public void forEachBucket(BucketVisitor visitor) {
    for (HistogramIterationValue bucket : values.recordedValues()) {
      long value = bucket.getValueIteratedTo();
      visitor.visit(
          values.lowestEquivalentValue(value),
          values.highestEquivalentValue(value),
          bucket.getCountAtValueIteratedTo());
    }
  }

  /**
   * What has been added since an earlier snapshot of the same distribution.
   *
   * @throws IllegalArgumentException if the earlier one has values that this one does not have
   */
  public Distribution minus(Distribution earlier) {
    Histogram difference = values.copy();
    difference.subtract(earlier.values);
    return new Distribution(difference);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Distribution distribution && values.equals(distribution.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** The median, the 99th percentile, the maximum and the count, for people. */
  @Override
  public String toString() {
    return Measured.times(values);
  }
}
