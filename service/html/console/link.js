/**
 * The page of a one-time link: its secret goes from behind the # into the form, and out of the address. A person sends
 * the form: programs that look at links in mails would use it up. It is sent once: a second press would break off the
 * first, whose answer has the session, and find the link used.
 */

const field = document.getElementById("code");
const secret = location.hash.slice(1);
if (secret) {
  history.replaceState(null, "", location.pathname + location.search);
  field.value = secret;
  field.form.querySelector("button").focus();
}

let isSent = false;
field.form.addEventListener("submit", (event) => {
  if (isSent) event.preventDefault();
  isSent = true;
});
