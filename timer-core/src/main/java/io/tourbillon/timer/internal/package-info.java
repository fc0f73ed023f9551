/**
 * Access to the JDK and the JVM for the service and the coroutines, and small parts of the service
 * that do not depend on the rest of it. Not for users: these types may change or go at any time.
 */
@NullMarked
package io.tourbillon.timer.internal;

import org.jspecify.annotations.NullMarked;
