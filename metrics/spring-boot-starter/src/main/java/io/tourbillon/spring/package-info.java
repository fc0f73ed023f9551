/**
 * Timers, coroutines and scheduled tasks for Spring Boot.
 *
 * <p>With {@code tourbillon-spring-boot-starter} among its dependencies, an application has beans
 * of the types {@link io.tourbillon.timer.TimerService} and {@link
 * io.tourbillon.coroutine.CoroutineScheduler}, which properties {@code tourbillon.*} configure,
 * with meters, a health indicator, an actuator endpoint and an orderly shutdown. With {@code
 * tourbillon.scheduling.enabled=true}, {@code @Scheduled} methods run on timers as well, through
 * {@link TourbillonTaskScheduler}. The GUIDE of the module describes all of it.
 *
 * <pre>
 *   spring ────────────── what programs use: the task scheduler, customizers, phases
 *     autoconfigure ───── makes beans from properties
 *       actuate ───────── meters, health, endpoint
 *     internal ────────── parts of the task scheduler; threads
 * </pre>
 *
 * <p>The jar has an {@code Automatic-Module-Name} and no module descriptor, as the jars of Spring
 * Boot, which finds beans by reflection on the class path.
 */
@NullMarked
package io.tourbillon.spring;

import org.jspecify.annotations.NullMarked;
