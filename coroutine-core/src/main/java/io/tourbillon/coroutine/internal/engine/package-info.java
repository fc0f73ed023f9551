/**
 * The engines, which carry the stacks of coroutines.
 *
 * <p>A {@link io.tourbillon.coroutine.internal.engine.LoopEngine} serves one loop: it makes the
 * loop's thread and a {@link io.tourbillon.coroutine.internal.engine.Strand} for each coroutine,
 * and runs code of users where that code may block.
 *
 * <pre>
 *   VirtualThreadEngine, VirtualThreadStrand   a virtual thread whose scheduler is a loop;
 *                                              VirtualThreadPool is the loop as the JDK sees it
 *   ContinuationEngine, ContinuationStrand     a raw continuation on the loop's thread
 *   HandoffEngine, HandoffStrand               a stock virtual thread, and a flag for the turn
 *   PlainThreadEngine                          no strands: coroutines are threads of the JDK, see
 *                                              PlainCoroutine in internal.task
 * </pre>
 *
 * <p><b>Rule.</b> This package depends on no other package of this module. An engine knows its loop
 * and its coroutines only through {@link io.tourbillon.coroutine.internal.engine.EngineLoop} and
 * {@link io.tourbillon.coroutine.internal.engine.EngineTask}. Only {@code
 * internal.scheduler.Engines} depends on the classes of a certain engine; {@code
 * LoopScheduler.threadFactory} and {@code Simulation} ask which engine it is.
 *
 * <p>To add an engine: extend {@code LoopEngine}, implement {@code Strand}, add a constant to the
 * public {@code Engine}, which names the JVM flag, and cases to {@code internal.scheduler.Engines}.
 * If the engine runs coroutines in threads that {@link
 * io.tourbillon.coroutine.internal.engine.LoopOfThread} cannot map to their loop, add a case to its
 * method {@code get}. Tests: {@code ArchitectureTest} lists the prefixes of engine classes, and
 * {@code pom.xml} runs the suite once for each engine.
 */
@NullMarked
package io.tourbillon.coroutine.internal.engine;

import org.jspecify.annotations.NullMarked;
