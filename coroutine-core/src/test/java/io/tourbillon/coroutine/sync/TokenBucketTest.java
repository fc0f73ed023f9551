package io.tourbillon.coroutine.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void bucket_beginsFull_andFillsByShares() {
    TokenBucket bucket = new TokenBucket(10, SECOND, 3);
    bucket.discardOverflow(0);
    assertEquals(3, bucket.tokens(0));
    bucket.take(2);
    assertEquals(1, bucket.tokens(0));
    assertEquals(1, bucket.tokens(99_999_999));
    assertEquals(2, bucket.tokens(100_000_000));
    bucket.discardOverflow(SECOND);
    assertEquals(3, bucket.tokens(SECOND));
  }

  @Test
  void debt_isPaidInTime() {
    TokenBucket bucket = new TokenBucket(10, SECOND, 1);
    bucket.take(1);
    bucket.take(1);
    assertEquals(100_000_000, bucket.readyNanos(0));
    assertEquals(300_000_000, bucket.readyNanos(2));
    bucket.giveBack(1);
    assertEquals(200_000_000, bucket.readyNanos(2));
  }

  @Test
  void thirds_doNotAddUpToAnError() {
    TokenBucket bucket = new TokenBucket(3, SECOND, 1);
    bucket.take(1);
    for (int token = 1; token <= 3_000_000; token++) {
      bucket.take(1);
      if (token % 3 == 0) {
        assertEquals(token / 3 * SECOND, bucket.readyNanos(0));
      }
    }
    bucket.giveBack(1);
    assertEquals(999_999 * SECOND + 666_666_667, bucket.readyNanos(0));
  }

  @Test
  void rates_largeAndSmall_areExact() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 10_000; round++) {
      int rate = 1 + random.nextInt(1 << (1 + random.nextInt(30)));
      long period = 1 + random.nextLong(1L << (1 + random.nextInt(50)));
      int burst = 1 + random.nextInt(100);
      TokenBucket bucket = new TokenBucket(rate, period, burst);
      BigInteger taken = BigInteger.ZERO;
      for (int turn = 0; turn < 20; turn++) {
        int tokens = 1 + random.nextInt(burst);
        if (random.nextBoolean()) {
          bucket.take(tokens);
          taken = taken.add(BigInteger.valueOf(tokens));
        } else {
          bucket.giveBack(tokens);
          taken = taken.subtract(BigInteger.valueOf(tokens));
        }
        int more = random.nextInt(1000);
        // Full at 0, so this number has come at: (taken + more - burst) * period / rate.
        BigInteger nanos =
            taken
                .add(BigInteger.valueOf((long) more - burst))
                .multiply(BigInteger.valueOf(period))
                .add(BigInteger.valueOf(rate - 1L));
        long expected = floorDiv(nanos, rate);
        assertEquals(expected, bucket.readyNanos(more), "seed " + seed);
      }
    }
  }

  private static long floorDiv(BigInteger value, int divisor) {
    BigInteger[] parts = value.divideAndRemainder(BigInteger.valueOf(divisor));
    return parts[0].longValueExact() - (parts[1].signum() < 0 ? 1 : 0);
  }

  @Test
  void tokens_tooManyForAnyClock_areNeverReady() {
    long century = Duration.ofDays(36_500).toNanos();
    assertEquals(TokenBucket.NEVER_NANOS, TokenBucket.fillNanos(1, century, 2));
    TokenBucket bucket = new TokenBucket(1, Duration.ofDays(1).toNanos(), 1);
    assertTrue(bucket.readyNanos(Long.MAX_VALUE) >= TokenBucket.NEVER_NANOS / 2);
  }
}
