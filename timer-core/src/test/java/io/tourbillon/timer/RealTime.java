package io.tourbillon.timer;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Marks the few tests that go by the system's clock. They wait for events, not for time, wherever
 * they can; their bounds leave room for a machine that is busy with something else.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("realtime")
@interface RealTime {}
