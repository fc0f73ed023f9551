package io.tourbillon.adoption

import java.time.Duration
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield

/**
 * Kotlin: a dispatcher whose `delay` and `withTimeout` are timers of the service. It runs the
 * coroutines on the service as well, so give the service an executor if they compute.
 */
object KotlinRecipe {
  /** Closing the dispatcher shuts the executor view down, and not the timer service. */
  @JvmStatic
  fun dispatcher(source: TimeSource): CoroutineDispatcher =
    when (source) {
      is TimeSource.Own -> Dispatchers.Default
      is TimeSource.Tourbillon -> on(source.timers)
    }

  private fun on(timers: io.tourbillon.timer.TimerService): CoroutineDispatcher =
    timers.asScheduledExecutor().asCoroutineDispatcher()

  /** Many coroutines that sleep at the same time; returns their sum. */
  @JvmStatic
  fun sleepers(dispatcher: CoroutineDispatcher, count: Int, sleep: Duration): Int =
    runBlocking(dispatcher) {
      (1..count)
        .map {
          async {
            delay(sleep.toMillis())
            1
          }
        }
        .awaitAll()
        .sum()
    }

  /** Whether `withTimeout` ended a wait that has no other end. */
  @JvmStatic
  fun timesOut(dispatcher: CoroutineDispatcher, limit: Duration): Boolean =
    runBlocking(dispatcher) {
      try {
        withTimeout(limit.toMillis()) { CompletableDeferred<Unit>().await() }
        false
      } catch (expected: TimeoutCancellationException) {
        true
      }
    }

  /** Calls that end in time, one after the other, each within a limit. */
  @JvmStatic
  fun callsInTime(dispatcher: CoroutineDispatcher, calls: Int, limit: Duration): Int =
    runBlocking(dispatcher) {
      var ended = 0
      repeat(calls) {
        withTimeout(limit.toMillis()) {
          yield()
          ended++
        }
      }
      ended
    }

  /** Cancels a coroutine that sleeps, and waits for its end. */
  @JvmStatic
  fun cancelSleeper(dispatcher: CoroutineDispatcher, sleep: Duration) =
    runBlocking(dispatcher) {
      coroutineScope {
        val sleeper = launch { delay(sleep.toMillis()) }
        yield()
        sleeper.cancelAndJoin()
      }
    }

  /** Starts a coroutine that fails after a while with an exception. */
  @JvmStatic
  fun failAfter(dispatcher: CoroutineDispatcher, sleep: Duration): String =
    runBlocking(dispatcher) {
      try {
        coroutineScope {
          launch {
            delay(sleep.toMillis())
            throw IllegalStateException("broken")
          }
          launch { delay(3_600_000) }
        }
        "no failure"
      } catch (failure: IllegalStateException) {
        failure.message ?: ""
      }
    }
}
