/**
 * What the service and the coroutines need from the JDK and the JVM, and small parts of the service
 * that depend on nothing else of it. Not for users: these types may change or go at any time.
 */
@NullMarked
package io.tourbillon.timer.internal;

import org.jspecify.annotations.NullMarked;
