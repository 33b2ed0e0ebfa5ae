/**
 * The page of a one-time link: its secret goes from behind the # into the form, and out of the address. A person sends
 * the form: programs that look at links in mails would use it up.
 */

const secret = location.hash.slice(1);
if (secret) {
  history.replaceState(null, "", location.pathname + location.search);
  const field = document.getElementById("code");
  field.value = secret;
  field.form.querySelector("button").focus();
}
