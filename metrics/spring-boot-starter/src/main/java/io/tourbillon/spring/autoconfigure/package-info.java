/**
 * Makes the beans of the starter from the properties {@code tourbillon.*}. Not for users: the
 * classes are public because Spring Boot names them.
 *
 * <p>An auto-configuration for each part; {@link TimersAutoConfiguration} is the one to read first.
 * The records {@code ...Properties} hold defaults and descriptions, and no rules: {@link Setting}
 * passes each value to the builder of the core, and reports what that refuses.
 */
@NullMarked
package io.tourbillon.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
