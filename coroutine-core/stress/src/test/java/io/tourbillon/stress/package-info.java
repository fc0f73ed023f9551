/**
 * Stress tests of every state word and hand-off, run by jcstress, and how they get broken twins.
 *
 * <p>A stress class is named for its race, such as {@code CancelAgainstFire}, and stands in the
 * package of its subject. Its comment says which outcomes are forbidden, and why. Its nested {@code
 * Steps} implement {@link io.tourbillon.stress.Race}: a subject, two steps and a look at what is
 * left.
 *
 * <p>Beside it stands its twin, a stress class whose name ends with {@code Twin}: the same steps on
 * the same production classes, of which one has a {@link io.tourbillon.stress.Defect}. A class
 * loader changes the class file: a compare-and-set becomes a check and then a write, a lock is not
 * taken, a volatile field becomes plain, a call is left out. So a twin differs from production in
 * that one place, and stays true when production changes; a defect that no longer finds its place
 * is an error.
 *
 * <p>{@code InterleavingsTest} runs some races for a moment in each build. The profile {@code
 * stress} runs all for a short time, in which every twin must be caught, and then the races in all
 * configurations of the JVM that jcstress knows.
 *
 * <p>{@code DefectsTest} puts such defects under tests of both cores that have no twin of their
 * own: each of them must fail there.
 *
 * <p><b>What has no race here</b>, and why:
 *
 * <ul>
 *   <li>Flags that one thread sets once. It then wakes their readers, or they are read again and
 *       again: {@code Waker.stopped}, {@code DriverThread.started}, {@code Mailbox.alarm}, {@code
 *       EventLoop.dead}, {@code Keeper.closing}, {@code Closing.begun} and the like.
 *   <li>Counts that only observers read: {@code LoopCounts}, {@code Counts}, {@code Recording}, and
 *       the fields of {@code CoroutineLoop} for statistics.
 *   <li>State behind a lock or a monitor that is held for all of an operation: {@code
 *       ExecutorRuns}, {@code NearTimers}, {@code LiveFiring}, {@code Supervisor}, {@code
 *       LatestValue}, {@code Users}, {@code SerialSubscription}, {@code CoroutineSubscription},
 *       {@code Connections} of the metrics server. The locks themselves have races.
 *   <li>Hand-offs that are those of a class of the JDK: {@code LiveThreads}, {@code DropWatch},
 *       {@code Firings} and {@code WriteGate}.
 *   <li>{@code HandoffStrand}: its turn is passed by park and unpark, and each test on that engine
 *       passes it some thousand times. What moves with a coroutine, such as the strays of {@code
 *       VirtualThreadPool}: a model with mutants, {@code MovingModelTest}.
 *   <li>{@code Confinement}, {@code OrderedExecutor} and {@code NettyTimeout}: tests of their own
 *       have twins.
 * </ul>
 */
@NullMarked
package io.tourbillon.stress;

import org.jspecify.annotations.NullMarked;
