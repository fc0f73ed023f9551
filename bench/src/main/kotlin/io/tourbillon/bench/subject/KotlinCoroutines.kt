package io.tourbillon.bench.subject

import java.time.Duration
import java.util.concurrent.CountDownLatch
import java.util.function.IntConsumer
import kotlin.time.Duration.Companion.nanoseconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield

/** kotlinx-coroutines on its default dispatcher, as compiled by Kotlin's own compiler. */
internal class KotlinCoroutines : CoroutineSubject {
    private val sleepers = CoroutineScope(Dispatchers.Default)

    override fun sleep(plan: SleepPlan) = runBlocking(Dispatchers.Default) {
        repeat(plan.coroutines()) { row ->
            launch {
                repeat(plan.sleeps()) { sleep ->
                    val startNanos = System.nanoTime()
                    delay(plan.delayNanos(row, sleep).nanoseconds)
                    plan.record(row, sleep, startNanos, System.nanoTime())
                }
            }
        }
    }

    override fun park(coroutines: Int, nap: Duration, woke: Runnable) {
        val asleep = CountDownLatch(coroutines)
        repeat(coroutines) {
            sleepers.launch {
                asleep.countDown()
                delay(nap.toMillis())
                woke.run()
            }
        }
        asleep.await()
    }

    override fun spawn(coroutines: Int, body: IntConsumer) = runBlocking(Dispatchers.Default) {
        repeat(coroutines) { number -> launch { body.accept(number) } }
    }

    /** On the loop of runBlocking, the fastest dispatcher there is for one thread. */
    override fun takeTurns(coroutines: Int, turns: Int, body: IntConsumer) = runBlocking {
        repeat(coroutines) { number ->
            launch {
                repeat(turns) {
                    body.accept(number)
                    yield()
                }
            }
        }
    }

    override fun close() = sleepers.cancel()
}
